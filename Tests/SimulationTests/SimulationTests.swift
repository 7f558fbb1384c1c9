import GatewaySimulation
import Testing

/// PROTOCOL.md as a whole, on random walks through a gateway in memory. `make simulate` runs more
/// of them, and faster.
struct SimulationTests {
  /// Beginnings of runs of 25 seeds, which are tried beside each other.
  private static let runs: [UInt64] = [1, 26, 51, 76, 101, 126, 151, 176]

  @Test(arguments: runs)
  func `the checker finds no problem, whatever clients, upstream and delays do`(
    first: UInt64
  ) {
    var (syncCount, acknowledgedCount) = (0, 0)
    var (requestCount, repetitionCount) = (0, 0)
    for seed in first..<(first + 25) {
      let outcome = Simulation(seed: seed).run()
      #expect(outcome.problem == nil, "seed \(seed)")
      syncCount += outcome.syncCount
      acknowledgedCount += outcome.acknowledgedCount
      requestCount += outcome.announcedRequestCount
      repetitionCount += outcome.repetitionCount
    }
    // Otherwise nothing was tried.
    #expect(syncCount > 500)
    #expect(acknowledgedCount > 500)
    #expect(requestCount > 50)
    #expect(repetitionCount > 5)
  }

  @Test(arguments: PlantedFault.allCases)
  func `a planted fault is found within 300 seeds`(fault: PlantedFault) {
    let found = (UInt64(1)...300).first { Simulation(seed: $0, fault: fault).run().problem != nil }
    #expect(found != nil)
  }

  @Test(arguments: [UInt64(1), 9, 23])
  func `a seed replays exactly`(seed: UInt64) {
    let first = Simulation(seed: seed, isTraced: true).run()
    let second = Simulation(seed: seed, isTraced: true).run()
    #expect(first.trace == second.trace)
    #expect(!first.trace.isEmpty)
    #expect(first.fingerprint == second.fingerprint)
    #expect(Simulation(seed: seed + 1).run().fingerprint != first.fingerprint)
  }
}
