import GatewayLogic
import GatewayTypes

/// What is going to happen at some time.
enum Event {
  /// A client does something of its own accord.
  case acts(client: Int)
  /// A client opens a connection.
  case connects(client: Int)
  /// A client presents a token on this connection, if it still has it.
  case renews(client: Int, ConnectionID, Credential)
  /// A client is gone, whatever it waits for.
  case vanishes(client: Int)
  /// A client says this on its connection, if it still has it.
  case announces(client: Int, ConnectionID, ClientRequest)
  /// A client's own request has arrived.
  case requests(ClientsRequest, worker: Int)
  /// Its client goes away.
  case abandons(ClientsRequest, worker: Int)
  /// Its client has sent all of it.
  case sendsBody(UpstreamCall)
  /// The rest of the upstream's answer to a client is there, or will not come.
  case endsAnswer(UpstreamCall, isCut: Bool)
  /// A worker asks whether turns have to be given back.
  case takesTurnsBack(worker: Int)
  /// Something that a client sent has arrived.
  case arrives(ConnectionID, ClientText)
  /// A client hears something.
  case hears(client: Int, ConnectionID, GatewayMessage)
  /// The gateway notices that a connection has ended.
  case closes(ConnectionID)
  /// The client reads so slowly that what waits for it is too much.
  case overflows(ConnectionID)
  /// A session is to be woken, if that is still wanted.
  case wakes(ConnectionID)
  /// It is known whether there are keys for the tokens that wait for one.
  case keysCome(worker: Int, renewalsToo: Bool)
  /// The next message from one worker to another arrives.
  case delivers(from: Int, to: Int)
  /// The upstream takes up a request.
  case takes(UpstreamCall)
  /// The upstream's answer arrives, or the gateway gives up waiting for it.
  case answers(UpstreamCall, lost: UpstreamFailure?)
  /// Somebody gets or loses access to a note, without the gateway.
  case changesAccess
  /// A worker does not read its mail for a while.
  case stalls(worker: Int)
  /// A worker is told to stop, or all of them.
  case drains(worker: Int?)
  /// It is a client's turn to be closed, since the gateway was told to stop.
  case departs(ConnectionID)
  /// The main thread hears that a draining worker has nothing left.
  case emptied(worker: Int)
  /// A worker is told that none has anything left, when it has read what others had left in its
  /// mailbox before: so many messages of each.
  case finishes(worker: Int, behind: [Int])
  /// A worker looks for notes that it may forget.
  case keepsHouse(worker: Int)
}

/// What a client's message is, by the time it is parsed.
enum ClientText {
  /// `number` is its own in the whole simulation, and its `requestId`.
  case message(ClientMessage, number: Int)
  case bad(ClientMessageError)
  case tooLarge
}

/// Which token a client presents.
enum Credential {
  case good
  /// The last one again.
  case last
  /// One that has run out already.
  case expired
  /// One of another user.
  case ofAnother
  /// One that verifies nowhere.
  case forged
}
