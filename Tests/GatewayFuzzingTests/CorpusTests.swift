import GatewayFuzzing
import Testing

/// What `make fuzz` starts from, and what it has found before.
struct CorpusTests {
  @Test(arguments: FuzzTarget.allCases)
  func `every input that is kept obeys its target's rules, and is what its name says`(
    target: FuzzTarget
  ) throws {
    let inputs = try CorpusInput.all(of: target)
    for input in inputs {
      do {
        #expect(try target.check(input.bytes) == input.verdict, "\(input.testDescription)")
      } catch {
        Issue.record("\(input.testDescription): \(error)")
      }
    }
    // Otherwise nothing was tried.
    #expect(inputs.contains { $0.verdict == .accepted })
    #expect(inputs.contains { $0.verdict == .refused })
  }

  @Test func `requests mean the same wherever they are cut in two`() throws {
    for input in try CorpusInput.all(of: .request) {
      do {
        try RequestTarget.checkEveryCut(input.bytes)
      } catch {
        Issue.record("\(input.testDescription): \(error)")
      }
    }
  }
}
