import GatewayConfiguration
import Testing

@Suite("The key proxy")
struct ProxyTests {
  @Test func `is read as it is written`() throws {
    let yaml = """
      limits:
        body_timeout: 5s
      proxy:
        enabled: false
        trusted_proxies: [10.0.0.0/8, '::1']
        max_body_size: 1GiB
      """
    let configuration = try read(yaml).get()
    #expect(configuration.front.bodyTimeout == .seconds(5))
    #expect(
      configuration.proxy
        == Configuration.Proxy(
          isEnabled: false,
          trustedProxies: [try AddressRange("10.0.0.0/8"), try AddressRange("::1")],
          bodySizeMax: 1 << 30))
  }

  @Test(arguments: ["yes", "on", "True", "1", "falsch"])
  func `has true and false, and no other words for them`(word: String) {
    #expect(
      read("proxy: {enabled: \(word)}").report == [
        "f:1:18: proxy.enabled: \"\(word)\" is neither; expected true or false"
      ])
  }

  static let blocks: [(block: String, inside: [[UInt8]], outside: [[UInt8]])] = [
    ("10.0.0.0/8", [[10, 0, 0, 0], [10, 255, 255, 255]], [[9, 255, 255, 255], [11, 0, 0, 0]]),
    ("192.0.2.7", [[192, 0, 2, 7]], [[192, 0, 2, 6]]),
    ("192.0.2.4/30", [[192, 0, 2, 4], [192, 0, 2, 7]], [[192, 0, 2, 3], [192, 0, 2, 8]]),
    ("0.0.0.0/0", [[0, 0, 0, 0], [255, 255, 255, 255]], [six(1)]),
    ("::/0", [six(0), six(0xff)], [[1, 2, 3, 4]]),
    ("::1", [six(1)], [six(2), [0, 0, 0, 1]]),
    ("::fe/127", [six(0xfe), six(0xff)], [six(0xfd), six(0)]),
    ("2001:db8::/33", [v6(0x20, 0x01, 0x0d, 0xb8, 0x7f)], [v6(0x20, 0x01, 0x0d, 0xb8, 0x80)]),
    // IPv4 that came as IPv6, on either side.
    ("10.0.0.0/8", [mapped(10, 1, 2, 3)], [mapped(11, 1, 2, 3)]),
    ("::ffff:10.0.0.0/104", [[10, 1, 2, 3], mapped(10, 1, 2, 3)], [[11, 1, 2, 3]]),
  ]

  @Test(arguments: blocks)
  func `knows which addresses are in a block`(
    _ row: (block: String, inside: [[UInt8]], outside: [[UInt8]])
  ) throws {
    let range = try AddressRange(row.block)
    for address in row.inside { #expect(range.contains(address), "\(address)") }
    for address in row.outside + [[], [1], [1, 2, 3]] {
      #expect(!range.contains(address), "\(address)")
    }
  }

  @Test(arguments: [
    ("", "does not begin with an IP address"), ("example", "does not begin with an IP address"),
    ("10.0.0/8", "does not begin with an IP address"),
    ("[::1]", "does not begin with an IP address"),
    ("10.0.0.0/", "has a prefix that is not a number of bits up to 32"),
    ("10.0.0.0/33", "has a prefix that is not a number of bits up to 32"),
    ("10.0.0.0/+8", "has a prefix that is not a number of bits up to 32"),
    ("10.0.0.0/8/8", "has a prefix that is not a number of bits up to 32"),
    ("::/129", "has a prefix that is not a number of bits up to 128"),
    ("::ffff:0.0.0.0/95", "has a prefix that is not a number of bits up to 128"),
    ("10.0.0.1/8", "has bits set behind its prefix"), ("::1/64", "has bits set behind its prefix"),
  ])
  func `refuses a block that is none`(text: String, reason: String) {
    #expect(
      read("proxy: {trusted_proxies: ['\(text)']}").report == [
        "f:1:27: proxy.trusted_proxies[0]: \"\(text)\" \(reason); expected an IP address or a "
          + "block of them, such as 10.0.0.0/8, ::1 or 2001:db8::/32"
      ])
  }

  private static func six(_ last: UInt8) -> [UInt8] {
    [UInt8](repeating: 0, count: 15) + [last]
  }

  private static func v6(_ first: UInt8...) -> [UInt8] {
    first + [UInt8](repeating: 0, count: 16 - first.count)
  }

  private static func mapped(_ last: UInt8...) -> [UInt8] {
    [UInt8](repeating: 0, count: 10) + [0xff, 0xff] + last
  }
}
