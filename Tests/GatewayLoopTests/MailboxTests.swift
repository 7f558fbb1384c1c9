import GatewayLoop
import Testing

@Suite struct MailboxTests {
  struct Message: Sendable {
    let sender: Int
    let number: Int
  }

  @Test func `messages of each sender arrive in the order in which they were posted`() throws {
    let loop = Loop()
    let mailbox = Mailbox<Message>()
    let senderCount = 4
    let messageCount = 1000
    var numbers = [[Int]](repeating: [], count: senderCount)
    mailbox.open(on: loop) {
      for message in mailbox.take() { numbers[message.sender].append(message.number) }
      if numbers.allSatisfy({ $0.count == messageCount }) { loop.stop() }
    }
    let threads = try (0..<senderCount).map { sender in
      try #require(
        OSThread(name: "sender") {
          for number in 0..<messageCount {
            mailbox.post(Message(sender: sender, number: number))
          }
        })
    }
    loop.run()
    for thread in threads { thread.join() }
    mailbox.close()
    #expect(numbers.allSatisfy { $0 == Array(0..<messageCount) })
  }

  @Test func `what is posted before the mailbox is opened waits`() {
    let loop = Loop()
    let mailbox = Mailbox<Int>()
    mailbox.post(1)
    mailbox.post(2)
    var taken: [Int] = []
    mailbox.open(on: loop) {
      taken += mailbox.take()
      loop.stop()
    }
    loop.run()
    mailbox.close()
    #expect(taken == [1, 2])
  }

  @Test func `what is posted after the mailbox is closed is dropped`() {
    let loop = Loop()
    let mailbox = Mailbox<Int>()
    mailbox.open(on: loop) {}
    mailbox.post(1)
    mailbox.close()
    mailbox.post(2)
    loop.runReady()
    #expect(mailbox.take() == [])
  }

  @Test func `taking leaves the storage that is given, emptied`() {
    let mailbox = Mailbox<Int>()
    mailbox.post(1)
    #expect(mailbox.take(leaving: [7, 8]) == [1])
    #expect(mailbox.take() == [])
  }
}
