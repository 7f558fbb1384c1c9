import GatewayTypes
import Testing

struct ConnectionIDTests {
  private static let texts: [(ConnectionID, String)] = [
    (
      ConnectionID(worker: 0, slot: 0, generation: 0, nonce: 0),
      "000000000000000000000000000000000000"
    ),
    (
      ConnectionID(worker: 0xab, slot: 1, generation: 0xcdef, nonce: 0x1234_5678_9abc_def0),
      "00ab000000010000cdef123456789abcdef0"
    ),
    (
      ConnectionID(worker: .max, slot: .max, generation: .max, nonce: .max),
      "ffffffffffffffffffffffffffffffffffff"
    ),
  ]

  @Test(arguments: texts)
  func `a connection is told from its text`(connection: ConnectionID, text: String) {
    #expect(connection.description == text)
    #expect(ConnectionID(text) == connection)
  }

  @Test(arguments: [
    "", "0", String(repeating: "0", count: 35), String(repeating: "0", count: 37),
    String(repeating: "F", count: 36), String(repeating: "g", count: 36),
    " " + String(repeating: "0", count: 35), "+" + String(repeating: "0", count: 35),
    String(repeating: "0", count: 35) + "-", String(repeating: "٠", count: 18),
  ])
  func `no other text names a connection`(text: String) {
    #expect(ConnectionID(text) == nil)
  }

  @Test func `hexadecimal fills up with zeros and never cuts off`() {
    #expect(hexadecimal(0, digits: 1) == "0")
    #expect(hexadecimal(0x1f, digits: 4) == "001f")
    #expect(hexadecimal(.max, digits: 16) == "ffffffffffffffff")
    #expect(hexadecimal(0x12345, digits: 2) == "12345")
    #expect(Epoch(number: 0xbeef).description == "000000000000beef")
  }
}
