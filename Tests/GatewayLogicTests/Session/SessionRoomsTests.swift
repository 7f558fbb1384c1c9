import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

struct SessionRoomsTests {
  private let conversation = Conversation.authenticated(limits: Limits(roomsPerConnection: 2))

  private func tooMany(_ note: NoteID, _ name: String) -> [SessionEffect] {
    [
      .sendError(
        .tooManyRooms, note, name, message: "Too many notes joined. Maximum is 2.")
    ]
  }

  @Test func `an admitted connection enters before it is told so`() {
    #expect(conversation.say(.joinNote(red), "j") == [.join(red, 1)])
    #expect(conversation.session.rooms == [])
    #expect(
      conversation.joinEnds(1, .admitted(position(9))) == [
        .enter(red), .send(.noteJoined(red, position(9), requestID: .named("j"))),
      ])
    #expect(conversation.session.rooms == [red])
  }

  @Test func `a refused join is answered with the reason and enters nothing`() {
    _ = conversation.say(.joinNote(red), "j")
    #expect(
      conversation.joinEnds(1, .refused(ErrorReport(.notFound))) == [
        .sendError(.notFound, red, "j")
      ])
    #expect(conversation.session.rooms == [])
  }

  @Test func `leaving is answered, whether the note was joined or not`() {
    conversation.enter(red, operation: 1)
    #expect(
      conversation.say(.leaveNote(red), "l") == [
        .leave(red), .send(.noteLeft(red, requestID: .named("l"))),
      ])
    #expect(
      conversation.say(.leaveNote(red), "m") == [
        .send(.noteLeft(red, requestID: .named("m")))
      ])
  }

  @Test func `joins and leaves of one note take effect in their order`() {
    #expect(conversation.say(.joinNote(red)) == [.join(red, 1)])
    #expect(conversation.say(.leaveNote(red)) == [])
    #expect(conversation.say(.joinNote(red)) == [])
    let effects = conversation.joinEnds(1, .admitted(position(0)))
    #expect(
      effects == [
        .enter(red), .send(.noteJoined(red, position(0), requestID: nil)),
        .leave(red), .send(.noteLeft(red, requestID: nil)),
        .join(red, 3),
      ])
  }

  @Test func `over the limit of rooms a join is refused, and says the limit`() {
    conversation.enter(red, operation: 1)
    conversation.enter(blue, operation: 2)
    #expect(conversation.say(.joinNote(green), "g") == tooMany(green, "g"))
    _ = conversation.say(.leaveNote(red))
    #expect(conversation.say(.joinNote(green)) == [.join(green, 5)])
  }

  @Test func `joins under way count against the limit, and refused ones no more`() {
    _ = conversation.say(.joinNote(red))
    _ = conversation.say(.joinNote(blue))
    #expect(conversation.say(.joinNote(green), "g") == tooMany(green, "g"))
    _ = conversation.joinEnds(1, .refused(ErrorReport(.notFound)))
    #expect(conversation.say(.joinNote(green)) == [.join(green, 4)])
  }

  @Test func `a rejoin needs no room of its own`() {
    conversation.enter(red, operation: 1)
    conversation.enter(blue, operation: 2)
    #expect(conversation.say(.joinNote(red), "r") == [.join(red, 3)])
    #expect(
      conversation.joinEnds(3, .admitted(position(5))) == [
        .send(.noteJoined(red, position(5), requestID: .named("r")))
      ])
    #expect(conversation.session.rooms == [red, blue])
  }

  @Test func `a rejoin under way leaves room for another note`() {
    conversation.enter(red, operation: 1)
    _ = conversation.say(.joinNote(red))
    #expect(conversation.say(.joinNote(blue)) == [.join(blue, 3)])
  }

  @Test func `a rejoin that the upstream refuses leaves the room`() {
    conversation.enter(red, operation: 1)
    _ = conversation.say(.joinNote(red))
    #expect(
      conversation.joinEnds(2, .refused(ErrorReport(.notFound))) == [
        .leave(red), .sendError(.notFound, red),
      ])
    #expect(conversation.session.rooms == [])
  }

  @Test(arguments: [ErrorCode.upstreamTimeout, .upstreamUnavailable, .overloaded])
  func `a rejoin that could not be decided stays in the room`(code: ErrorCode) {
    conversation.enter(red, operation: 1)
    _ = conversation.say(.joinNote(red))
    #expect(conversation.joinEnds(2, .refused(ErrorReport(code))) == [.sendError(code, red)])
    #expect(conversation.session.rooms == [red])
  }

  @Test func `a deleted note is out of the rooms, once`() {
    conversation.enter(red, operation: 1)
    #expect(conversation.dissolve(red))
    #expect(!conversation.dissolve(red))
    #expect(conversation.session.rooms == [])
    #expect(
      conversation.say(.leaveNote(red)) == [.send(.noteLeft(red, requestID: nil))])
  }
}
