import ArgumentParser
import GatewaySimulation

/// Runs the simulation for many seeds and prints the one that fails, or one seed and all of it.
@main
struct Simulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the gateway's logic in memory, by seed, and check what it does.")

  @Option(help: "How many seeds to run.")
  var seeds: UInt64 = 1000

  @Option(help: "The first of them.")
  var first: UInt64 = 1

  @Option(help: "Run this seed alone and print what happens in it.")
  var seed: UInt64?

  @Option(help: "Do this wrong on purpose; see PlantedFault.")
  var fault: String?

  func run() throws {
    let fault = try plantedFault()
    if let seed {
      let outcome = Simulation(seed: seed, fault: fault, isTraced: true).run()
      for line in outcome.trace { print(line) }
      try report(outcome)
      return
    }
    let start = ContinuousClock.now
    var (events, syncs, acknowledged, requests) = (0, 0, 0, 0)
    var fingerprint: UInt64 = 0
    for seed in first..<(first + seeds) {
      let outcome = Simulation(seed: seed, fault: fault).run()
      if outcome.problem != nil { try report(outcome) }
      events += outcome.eventCount
      syncs += outcome.syncCount
      acknowledged += outcome.acknowledgedCount
      requests += outcome.announcedRequestCount
      fingerprint ^= outcome.fingerprint
    }
    print(
      """
      \(seeds) seeds in \(ContinuousClock.now - start): \(events) events, \
      \(acknowledged) writes acknowledged, \(requests) requests announced, \
      \(syncs) syncs heard, no problem found \
      (fingerprint \(String(fingerprint, radix: 16)))
      """)
  }

  private func plantedFault() throws -> PlantedFault? {
    guard let fault else { return nil }
    guard let planted = PlantedFault(rawValue: fault) else {
      let names = PlantedFault.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("'\(fault)' is no planted fault; there are \(names)")
    }
    return planted
  }

  private func report(_ outcome: SimulationOutcome) throws {
    guard let problem = outcome.problem else {
      print("seed \(outcome.seed): no problem found")
      return
    }
    print("seed \(outcome.seed): \(problem)")
    print("make simulate SEED=\(outcome.seed) prints what led to it")
    throw ExitCode.failure
  }
}
