/// Metrics in the text format 0.0.4 of Prometheus, written one after the other.
///
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats/, "Text-based format".
struct PrometheusText {
  typealias Labels = KeyValuePairs<String, String>

  enum Kind: String {
    case counter
    case gauge
    case histogram
  }

  private(set) var bytes: [UInt8] = []

  /// The lines in front of the samples of a metric.
  mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
    write("# HELP \(name) \(PrometheusText.escaped(help, quotes: false))\n")
    write("# TYPE \(name) \(kind.rawValue)\n")
  }

  mutating func sample(_ name: String, _ labels: Labels, _ value: String) {
    write(name)
    if !labels.isEmpty {
      let pairs = labels.map { "\($0.key)=\"\(PrometheusText.escaped($0.value, quotes: true))\"" }
      write("{\(pairs.joined(separator: ","))}")
    }
    write(" \(value)\n")
  }

  mutating func sample(_ name: String, _ labels: Labels, _ value: some BinaryInteger) {
    sample(name, labels, String(value))
  }

  /// The samples of one histogram; `labels` are those that it has beside the bounds.
  mutating func histogram(_ name: String, _ label: (String, String)? = nil, _ value: Histogram) {
    var count: UInt64 = 0
    for (index, bucket) in value.counts.enumerated() {
      count &+= bucket
      let bound = index < Histogram.bounds.count ? Histogram.bounds[index].text : "+Inf"
      if let (key, text) = label {
        sample("\(name)_bucket", [key: text, "le": bound], count)
      } else {
        sample("\(name)_bucket", ["le": bound], count)
      }
    }
    let labels: Labels
    if let (key, text) = label { labels = [key: text] } else { labels = [:] }
    sample("\(name)_sum", labels, PrometheusText.seconds(value.sumNanoseconds))
    sample("\(name)_count", labels, count)
  }

  /// Nanoseconds as seconds, all of their digits.
  static func seconds(_ nanoseconds: UInt64) -> String {
    let (whole, part) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    let digits = String(part)
    return "\(whole)." + String(repeating: "0", count: 9 - digits.count) + digits
  }

  /// Backslashes and line feeds, and in a label's value quotes.
  private static func escaped(_ text: String, quotes: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private mutating func write(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }
}
