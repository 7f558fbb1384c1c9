import GatewayLogic
import GatewayTesting
import GatewayTypes

/// The effects of one event.
func effects<Effect>(_ event: (inout [Effect]) -> Void) -> [Effect] {
  var effects: [Effect] = []
  event(&effects)
  return effects
}

let ada = UserID.named("ada")
let bob = UserID.named("bob")
let red = NoteID.named("red")
let blue = NoteID.named("blue")
let green = NoteID.named("green")
let box = Resource.folder(.named("box"))
let token = BearerToken("first")
let renewed = BearerToken("second")
let changes = JSONText.of(#"{"title":"x"}"#)
let noteData = JSONText.of(#"{"id":"red"}"#)
let answer = JSONText.of(#"{"id":"red","title":"x"}"#)
let epoch = Epoch(number: 7)
let start = MonotonicTime(nanoseconds: 0)
let later = WallTime(milliseconds: 1_700_000_000_500)

func position(_ sequence: UInt64) -> NotePosition {
  NotePosition(epoch: epoch, sequence: sequence)
}

func operation(_ number: UInt64) -> OperationID {
  OperationID(number: number)
}

/// What the upstream says to be well: 200 and a note.
let yes = UpstreamReply.answered(status: 200, json: answer, message: nil)

func status(_ status: Int) -> UpstreamReply {
  .answered(status: status, json: nil, message: nil)
}

func writer(
  _ number: UInt64, of user: UserID = ada, on connection: ConnectionID = .numbered(1)
) -> Writer {
  Writer(user: user, token: token, connection: connection, operation: operation(number))
}

func author(
  _ number: UInt64, of user: UserID = ada, on connection: ConnectionID = .numbered(1)
) -> Author {
  Author(user: user, connection: connection)
}

func update(
  _ number: UInt64, _ note: NoteID = red, of user: UserID = ada,
  on connection: ConnectionID = .numbered(1)
) -> Write {
  Write(.update(changes: changes), of: .note(note), by: writer(number, of: user, on: connection))
}

func creation(_ number: UInt64, _ note: NoteID = red) -> Write {
  Write(.create(data: noteData), of: .note(note), by: writer(number))
}

func deletion(_ number: UInt64, _ note: NoteID = red) -> Write {
  Write(.delete, of: .note(note), by: writer(number))
}

func joining(
  _ note: NoteID = red, _ user: UserID = ada, worker: UInt16 = 0, _ number: UInt64 = 1
) -> JoinRequest {
  JoinRequest(
    note: note, user: user, token: token,
    connection: .numbered(UInt32(number), worker: worker), operation: operation(number))
}
