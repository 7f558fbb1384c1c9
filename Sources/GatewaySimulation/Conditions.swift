import GatewayLogic
import GatewayTesting
import GatewayTypes

/// What is different from seed to seed: how many there are of everything, the bounds, the delays,
/// and how much goes wrong.
struct Conditions {
  let workerCount: Int
  let userCount: Int
  /// Connections that one user has at most.
  let deviceCount: Int
  let noteCount: Int
  let folderCount: Int

  let sessionRules: SessionRules
  let homeRules: Home.Rules
  let noteAudience: NoteSyncAudience
  let clockSkew: Duration

  /// What a token that a client presents is good for, at most.
  let tokenLifetimeMax: Duration
  /// How long after their end the upstream takes tokens; negative when its clock is ahead.
  let upstreamClockSkew: Duration
  /// Whether the upstream says 404 of what a user may not see, and not 403.
  let upstreamHides: Bool

  let requestTimeout: Duration
  let upstreamDelayMax: Duration
  let mailDelayMax: Duration
  let lineDelayMax: Duration
  let pauseMax: Duration

  /// How often a worker does not read its mail for a while; nil if none ever does.
  let stallPause: Duration?
  let stallMax: Duration
  /// What a client's message takes of the room for those that are not answered.
  let messageSize: Int
  /// Of a hundred messages to a client, those after which it turns out to read too slowly.
  let overflowPercent: Int

  /// Of a hundred requests, those that the upstream refuses for no reason of the client's.
  let refusalPercent: Int
  /// Of a hundred requests, those whose answer or which themselves get lost.
  let lossPercent: Int
  /// Of a hundred actions of a client, those by which it vanishes.
  let vanishPercent: Int
  /// Of a hundred actions of a client, those that are requests of its own.
  let requestPercent: Int
  /// Of a hundred of those, those that it says on the WebSocket as well.
  let repetitionPercent: Int
  /// Of a hundred of those, those whose client takes its time for the body.
  let slowBodyPercent: Int
  /// Of a hundred tokens, those that wait for a key to be fetched.
  let keyMissingPercent: Int

  /// How long clients want something.
  let activeTime: Duration
  /// When the gateway is told to stop; nil if it is not while clients are active.
  let drainAfter: Duration?
  /// Over which clients are closed then.
  let shutdownGrace: Duration

  var syncsGoToUser: Bool { noteAudience == .user }

  init(random: inout SeededRandom) {
    func one<Value>(of values: [Value]) -> Value { random.element(of: values) }
    workerCount = one(of: [1, 2, 2, 3, 4])
    userCount = one(of: [1, 2, 2, 3])
    deviceCount = one(of: [1, 2, 2, 3])
    noteCount = one(of: [1, 1, 2, 4])
    folderCount = one(of: [0, 1, 2])
    sessionRules = SessionRules(
      limits: Limits(
        roomsPerConnection: one(of: [1, 2, 100]), earlyMessageCountMax: one(of: [0, 3, 32])),
      authenticationDeadline: .seconds(10), expiry: one(of: [.enforced, .enforced, .atConnect]),
      expiryGrace: one(of: [.zero, .seconds(1), .seconds(5), .seconds(5), .seconds(30)]))
    homeRules = Home.Rules(
      lanes: WriteLane.Rules(
        waitingCountMax: one(of: [0, 1, 3, 64, 64]),
        identity: one(of: [.bearer, .bearer, .service])),
      accessLifetime: one(of: [.zero, .seconds(3), .seconds(30)]),
      idleLifetime: one(of: [.seconds(1), .seconds(20), .seconds(300)]),
      idleCountMax: one(of: [0, 1, 100, 100]), recentSizeMax: one(of: [20, 16 << 20, 16 << 20]))
    noteAudience = one(of: [.room, .user])
    clockSkew = one(of: [.zero, .seconds(1)])
    tokenLifetimeMax = one(of: [.seconds(2), .seconds(10), .seconds(60), .seconds(3600)])
    upstreamClockSkew = one(of: [.seconds(-1), .zero, .zero, .seconds(5)])
    upstreamHides = one(of: [true, false])
    requestTimeout = .seconds(3)
    upstreamDelayMax = one(of: [.milliseconds(5), .milliseconds(200), .milliseconds(2000)])
    mailDelayMax = one(of: [.microseconds(20), .milliseconds(5), .milliseconds(300)])
    lineDelayMax = one(of: [.milliseconds(1), .milliseconds(100)])
    pauseMax = one(of: [.milliseconds(100), .milliseconds(400), .seconds(2)])
    refusalPercent = one(of: [0, 3, 15])
    lossPercent = one(of: [0, 3, 15])
    vanishPercent = one(of: [0, 1, 5])
    requestPercent = one(of: [0, 15, 15, 50])
    repetitionPercent = one(of: [0, 50, 90])
    slowBodyPercent = one(of: [0, 3, 20])
    stallPause = one(of: [nil, nil, pauseMax * 2, pauseMax * 10])
    stallMax = one(of: [.milliseconds(50), .seconds(1), .seconds(8)])
    messageSize = one(of: [50, 50, 50, 20 << 10, 2 << 20])
    overflowPercent = one(of: [0, 0, 0, 1])
    keyMissingPercent = one(of: [0, 0, 20])
    // So that a seed is about as much work as another.
    activeTime = pauseMax * 60
    drainAfter = random.happens(percent: 30) ? random.duration(upTo: activeTime) : nil
    shutdownGrace = one(of: [.zero, .seconds(1), .seconds(20)])
  }
}

extension SeededRandom {
  /// One of `values`, of which there is one at least.
  mutating func element<Value>(of values: [Value]) -> Value {
    values[Int.random(in: 0..<values.count, using: &self)]
  }

  /// A time of 0 to `longest`, in whole microseconds.
  mutating func duration(upTo longest: Duration) -> Duration {
    .microseconds(Int64.random(in: 0...(longest.wholeNanoseconds / 1000), using: &self))
  }
}
