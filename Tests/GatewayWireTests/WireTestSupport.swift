import GatewayTypes
import GatewayWire

/// Random numbers that a seed repeats: SplitMix64.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}

/// `bytes` as text, with what is not printable ASCII escaped: for the messages of failed tests.
func readable(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { byte in
    let scalar = Unicode.Scalar(byte)
    return scalar.isASCII && byte >= 0x20 && byte != 0x7f
      ? String(scalar) : scalar.escaped(asASCII: true)
  }.joined()
}

/// The bytes of `text`.
func utf8(_ text: String) -> [UInt8] {
  Array(text.utf8)
}

extension ClientMessageParser {
  /// The message that `text` is. Without an envelope, or the test is wrong.
  func read(_ text: [UInt8]) throws(ClientMessageError) -> ClientMessage {
    guard case .message(let message) = try parse(text) else {
      preconditionFailure("a message without an envelope was expected")
    }
    return message
  }
}
