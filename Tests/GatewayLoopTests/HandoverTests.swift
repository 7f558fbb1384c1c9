import GatewayLoop
import Testing

/// Waiting for what another thread leaves.
@Suite struct HandoverTests {
  @Test func `what was left before is there at once`() {
    let handover = Handover<Int?>()
    handover.put(nil)
    #expect(handover.take() == nil)
  }

  @Test func `a thread waits for what another one leaves`() throws {
    let (there, back) = (Handover<String>(), Handover<String>())
    let thread = try #require(OSThread(name: "handover") { back.put(there.take() + " and back") })
    there.put("there")
    #expect(back.take() == "there and back")
    thread.join()
  }
}
