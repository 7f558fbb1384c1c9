import GatewayConfiguration
import GatewayTypes
import Testing

/// conf/typelets.yaml, which operators fill in.
@Suite("The configuration for Typelets")
struct TypeletsFileTests {
  private let configuration: Configuration

  init() throws {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let text = try contents(ofFile: "/\(root)/conf/typelets.yaml")
    configuration = try readExactly(text).get()
  }

  @Test func `takes Clerk's keys by URL, and its tokens for one application only`() {
    let authentication = configuration.authentication
    #expect(authentication.keys.jwksURL?.description.hasSuffix("/.well-known/jwks.json") == true)
    #expect(authentication.keys.jwksFile == nil)
    #expect(authentication.algorithms == [.rs256])
    #expect(authentication.issuer != nil)
    #expect(!authentication.authorizedParties.isEmpty)
    #expect(configuration.webSocket.allowedOrigins == .listed(["https://app.example.com"]))
  }

  @Test func `has the syncs that its client expects, and the fields that its API takes`() {
    #expect(configuration.webSocket.noteSyncAudience == .user)
    #expect(configuration.webSocket.changesInclude == ["updatedAt"])
    #expect(
      configuration.upstream.updatableFields == [
        "starred", "archived", "deleted", "hidden", "folderId", "encryptedTitle",
        "encryptedContent",
      ])
    #expect(configuration.proxy.syncRoutes.count == 5)
    #expect(configuration.proxy.syncRoutes.allSatisfy { $0.event == .noteSync })
    #expect(configuration.upstream.identity == .bearer)
    #expect(configuration.warnings == [])
  }
}
