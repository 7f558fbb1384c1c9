import GatewayTesting
import GatewayWire

/// Requests, one after the other, with their bodies.
///
/// However the bytes are cut into pieces, they mean the same; and they mean what
/// `ReferenceRequests`, an independent reading, takes them for.
package enum RequestTarget {
  /// Smaller than those of the gateway, so that inputs of a fuzzer's size reach them.
  static let headSizeMax = 1024
  static let fieldCountMax = 16

  static func check(_ input: [UInt8]) throws(Finding) -> FuzzTarget.Verdict {
    let whole = try RequestReader(of: input, cut: { input.count }).transcript
    try compare(whole, input, cut: "byte by byte") { 1 }
    // From the input itself, so that a finding can be repeated.
    var random = SeededRandom(
      seed: input.reduce(0xcbf2_9ce4_8422_2325) { hash, byte in
        (hash ^ UInt64(byte)) &* 0x100_0000_01b3
      })
    for sizeMax in [3, 17, max(1, input.count)] {
      try compare(whole, input, cut: "into pieces of up to \(sizeMax)") {
        Int.random(in: 1...sizeMax, using: &random)
      }
    }
    try ReferenceRequests(input).judge(whole, of: input)
    return whole.isSound ? .accepted : .refused
  }

  /// Reads `input` cut in two, at each place where it can be.
  package static func checkEveryCut(_ input: [UInt8]) throws(Finding) {
    let whole = try RequestReader(of: input, cut: { input.count }).transcript
    for size in 1..<max(1, input.count) {
      var sizes = [size, input.count][...]
      try compare(whole, input, cut: "behind \(size)") { sizes.popFirst() ?? input.count }
    }
  }

  /// Judges what `other` was read as, as if it had come of `input`.
  package static func judge(_ input: [UInt8], readAs other: [UInt8]) throws(Finding) {
    let transcript = try RequestReader(of: other, cut: { other.count }).transcript
    try ReferenceRequests(input).judge(transcript, of: input)
  }

  private static func compare(
    _ whole: RequestTranscript, _ input: [UInt8], cut name: String, _ size: () -> Int
  ) throws(Finding) {
    let pieces = try RequestReader(of: input, cut: size).transcript
    try require(pieces == whole, "cut \(name): \(pieces), and not \(whole)")
  }
}
