/// How the text of a value becomes a `Value`, and how that is explained.
struct ValueFormat<Value> {
  /// What the file should say, as it stands after "expected".
  let expectation: String
  /// Whether quotes make it something else: `443` is a number, `"443"` is not.
  var isPlainOnly = false
  /// A text that `parse` makes the same value of.
  let text: (Value) -> String
  /// What is written in another directory for what is written in this one, with `${NAME}`, and what
  /// that is when it has been replaced.
  var anchor: (_ written: String, _ replaced: String) -> String = { written, _ in written }
  /// The value, or what is wrong with the text, which may be anything.
  let parse: (String) throws(ValueProblem) -> Value
}

extension ValueFormat {
  /// The value as it is written in the file.
  func yaml(_ value: Value) -> String {
    yamlValue(text(value), isPlain: isPlainOnly)
  }
}

extension ValueFormat where Value: CustomStringConvertible {
  /// A format of values that describe themselves as they are written.
  init(
    expectation: String, isPlainOnly: Bool = false,
    parse: @escaping (String) throws(ValueProblem) -> Value
  ) {
    self.init(
      expectation: expectation, isPlainOnly: isPlainOnly, text: { $0.description }, parse: parse)
  }
}

/// What is wrong with a value, as it stands after the value: `is not a number`.
struct ValueProblem: Error, Equatable {
  let reason: String

  init(_ reason: String) {
    self.reason = reason
  }
}

extension ValueFormat where Value == Int {
  /// A whole number in decimal digits, without a leading 0, which YAML 1.1 takes for octal.
  static func integer(in range: ClosedRange<Int>) -> Self {
    ValueFormat(
      expectation: "a whole number from \(range.lowerBound) to \(range.upperBound)",
      isPlainOnly: true
    ) { text throws(ValueProblem) in
      let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
      guard !digits.isEmpty, digits.allSatisfy(\.isDigit) else {
        throw ValueProblem("is not a whole number")
      }
      guard digits.count == 1 || digits.first != UInt8(ascii: "0") else {
        throw ValueProblem("has a leading zero")
      }
      // Digits that are no Int are too many of them.
      guard let number = Int(text), range.contains(number) else {
        throw ValueProblem("is out of range")
      }
      return number
    }
  }

  /// A number of bytes: `65536`, `64KiB`, `1MiB`, `1GiB`.
  static func size(in range: ClosedRange<Int>) -> Self {
    let units = ["": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30]
    return ValueFormat(
      expectation: "a size from \(sizeText(range.lowerBound)) to \(sizeText(range.upperBound)), "
        + "such as 65536, 64KiB or 1MiB",
      text: { size in roundSizeText(size) ?? "\(size)" }
    ) { text throws(ValueProblem) in
      let (count, unit) = try amount(text, "is not a size")
      guard let unitSize = units[unit] else { throw ValueProblem("is not a size") }
      let (size, overflow) = count.multipliedReportingOverflow(by: unitSize)
      guard !overflow, range.contains(size) else { throw ValueProblem("is out of range") }
      return size
    }
  }
}

extension ValueFormat where Value == Duration {
  /// A time in one unit: `250ms`, `30s`, `5m`, `24h`.
  static func duration(in range: ClosedRange<Duration>) -> Self {
    let units = ["ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000]
    return ValueFormat(
      expectation: "a duration from \(durationText(range.lowerBound)) to "
        + "\(durationText(range.upperBound)), such as 250ms, 30s, 5m or 24h",
      text: durationText
    ) { text throws(ValueProblem) in
      let (count, unit) = try amount(text, "is not a duration")
      guard !unit.isEmpty else { throw ValueProblem("has no unit") }
      guard let unitMs = units[unit] else { throw ValueProblem("is not a duration") }
      let (ms, overflow) = count.multipliedReportingOverflow(by: unitMs)
      guard !overflow, range.contains(.milliseconds(ms)) else {
        throw ValueProblem("is out of range")
      }
      return .milliseconds(ms)
    }
  }
}

/// `(30, "s")` of `30s`.
private func amount(_ text: String, _ reason: String) throws(ValueProblem) -> (Int, String) {
  let digits = text.utf8.prefix(while: \.isDigit)
  guard !digits.isEmpty else { throw ValueProblem(reason) }
  guard let count = Int(Substring(digits)) else { throw ValueProblem("is out of range") }
  return (count, String(text[digits.endIndex...]))
}

/// A number of bytes as one would say it.
func sizeText(_ size: Int) -> String {
  roundSizeText(size) ?? (size == 1 ? "1 byte" : "\(size) bytes")
}

/// A number of bytes with the largest unit that it is a whole number of; nil when there is none.
private func roundSizeText(_ size: Int) -> String? {
  let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")]
  for (unitSize, unit) in units where size >= unitSize && size % unitSize == 0 {
    return "\(size / unitSize)\(unit)"
  }
  return nil
}

/// A whole number of milliseconds as one would write it in the file.
func durationText(_ duration: Duration) -> String {
  let ms = duration.components.seconds * 1_000 + duration.components.attoseconds / Int64(1e15)
  for (unitMs, unit) in [(3_600_000, "h"), (60_000, "m"), (1_000, "s")] as [(Int64, String)]
  where ms >= unitMs && ms % unitMs == 0 {
    return "\(ms / unitMs)\(unit)"
  }
  return ms == 0 ? "0s" : "\(ms)ms"
}
