import GatewayTesting
import GatewayTransport
import GatewayTypes
import Testing

@Suite("What a certificate says of itself")
struct CertificateFactsTests {
  @Test func `is from when and until when it is good`() throws {
    let facts = try #require(read(TestChain.leaf))
    #expect(facts.map(\.notBefore) == [WallTime(milliseconds: 1_893_456_000_000)])
    #expect(facts.map(\.notAfter) == [WallTime(milliseconds: 1_909_094_400_000)])
  }

  @Test func `is whether the one behind it has signed it`() throws {
    let chain = TestChain.leaf + TestChain.between + TestChain.root
    #expect(try #require(read(chain)).map(\.isSignedByNext) == [true, true, false])
    let mixed = TestChain.between + TestChain.leaf + TestChain.root
    #expect(try #require(read(mixed)).map(\.isSignedByNext) == [false, false, false])
  }

  @Test func `is looked for among other things in a text`() throws {
    let text =
      "subject: notes\n" + TestChain.leaf + "\n-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
      + "-----END EC PARAMETERS-----\n" + TestChain.root
    #expect(try #require(read(text)).count == 2)
    #expect(read("")?.count == 0)
    #expect(read("no certificate")?.count == 0)
  }

  @Test func `can't be read of one that is damaged`() {
    let damaged = TestChain.root.replacing("MII", with: "MIJ")
    #expect(read(damaged) == nil)
    #expect(read(TestChain.leaf + damaged) == nil)
    #expect(read("-----BEGIN CERTIFICATE-----\nnone") == nil)
  }

  @Test func `is told of as many as any chain has`() throws {
    let crowd = String(repeating: TestChain.root, count: 600)
    #expect(try #require(read(crowd)).count == 512)
  }

  private func read(_ text: String) -> [CertificateFacts]? {
    CertificateFacts.read(pem: Array(text.utf8))
  }
}
