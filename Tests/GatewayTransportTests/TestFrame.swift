import GatewayWire

extension EncodedFrame {
  /// A frame of `size` bytes, 2 to 127, of which all but the two of its header are `byte`.
  init(filledWith byte: UInt8, size: Int) {
    self.init(text: [UInt8](repeating: byte, count: size - 2))
  }
}
