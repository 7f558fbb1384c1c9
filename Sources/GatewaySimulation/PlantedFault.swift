/// Something that is done wrong on purpose, to show that the checker finds it.
///
/// Faults are planted between the machines of GatewayLogic, where the worker's own code is: they
/// corrupt what a machine is told or what it wanted done.
package enum PlantedFault: String, CaseIterable, Sendable {
  /// The room hears of an update as soon as it is sent to the upstream.
  case announcesBeforeTheAnswer
  /// A write that timed out is taken for done.
  case takesTimeoutForYes
  /// A write that timed out is sent again.
  case sendsAgainAfterTimeout
  /// Some writes go to another worker than the note's home, which has a lane of its own then.
  case hasTwoHomes
  /// Writes that stepped aside come back behind those that arrived later.
  case bringsWritesBackLast
  /// Some renewals never get to the lane.
  case losesRenewals
  /// What a connection that has gone had aside is not withdrawn.
  case neverWithdraws
  /// The writer's own connection hears the sync as well.
  case tellsTheWriter
  /// A connection that is in the room and the user's own hears a sync twice.
  case tellsSomeTwice
  /// Some syncs never get to a worker.
  case losesSyncs
  /// Messages between two workers overtake each other.
  case reordersMail
  /// A worker that has members left tells the home that it has none.
  case forgetsGrants
  /// Everybody may join.
  case admitsEverybody
  /// A connection that is closed stays in its rooms.
  case staysInRooms
  /// The lane goes on before a client's own request has ended.
  case endsTurnsEarly
  /// A client's own request that the upstream refuses is taken for accepted.
  case takesRefusalsForYes
  /// The connection that a request names hears its sync as well.
  case tellsTheExcepted
  /// What is said twice counts as the same only if it is spelled alike.
  case comparesBytes
  /// What is said twice is announced twice.
  case announcesRepetitions
  /// The lane is not told that the client of a request that waits has gone.
  case forgetsWithdrawals
  /// An answer that breaks off is taken for a whole one.
  case takesCutAnswersForWhole
  /// A client that takes its time for its body keeps its turn.
  case neverTakesTurnsBack
  /// Writes that find a lane full are not answered.
  case dropsWhatIsTooMuch
  /// Some sessions are not told that a write waits for a token.
  case forgetsToldAside
  /// A worker that has not read its mail for a while takes some of it twice.
  case takesMailTwiceAfterStall
  /// A connection that is closed keeps its place among those that wait for a key.
  case keepsWaitingTokens
  /// A worker takes requests after it has said that it has none left.
  case takesRequestsTooLate
  /// A worker ends while a write is under way.
  case endsTooEarly
}
