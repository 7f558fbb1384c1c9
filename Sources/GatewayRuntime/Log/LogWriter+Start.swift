import GatewayConfiguration
import Logging

/// What is said of a configuration before there is a gateway, and of one that can't start.
///
/// In text it is said as `check` says it, with `FILE:LINE:COLUMN` first, which editors follow.
extension LogWriter {
  /// Says why a gateway does not start.
  package func tell(startFailed error: StartError) {
    switch (error, settings.format) {
    case (.configuration(let problems), .json):
      for problem in problems.problems {
        Log(self).critical("the start failed", [.problem: problem])
      }
      if problems.othersCount > 0 {
        Log(self).critical(
          "the start failed: there are more problems", [.count: problems.othersCount])
      }
    case (.configuration(let problems), .text):
      for line in problems.lines { write(plain: line, .critical) }
    case (.system(let reason), .json):
      Log(self).critical("the start failed", [.reason: reason])
    case (.system(let reason), .text):
      write(plain: reason, .critical)
    }
  }

  /// Says what works but is hardly meant.
  package func tell(warningsOf preparation: Preparation) {
    guard !preparation.warnings.isEmpty else { return }
    let warnings = ConfigurationProblems(preparation.warnings)
    for warning in warnings.problems {
      switch settings.format {
      case .json: Log(self).warning("the configuration", [.problem: warning])
      case .text: write(plain: warning.asWarning, .warning)
      }
    }
    guard warnings.othersCount > 0 else { return }
    switch settings.format {
    case .json:
      Log(self).warning(
        "the configuration: there are more warnings", [.count: warnings.othersCount])
    case .text:
      write(plain: "and \(warnings.othersCount) warnings more", .warning)
    }
  }
}
