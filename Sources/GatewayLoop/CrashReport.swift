import CLoop

/// What standard error is told when the program crashes. See ng_crash.h.
package enum CrashReport {
  /// From now on a crash is reported. Once, by the main thread, before it starts others.
  package static func install(version: String) {
    ng_crash_install(version)
  }

  /// How lines of the report look. Thread: any.
  package static func setStyle(isJSON: Bool, hasPriority: Bool) {
    ng_crash_set_style(isJSON ? 1 : 0, hasPriority ? 1 : 0)
  }

  /// Libraries that were loaded since are known to the report from now on. Thread: the main one.
  package static func noteLibraries() {
    ng_crash_note_modules()
  }

  /// Whether lines of the log wait, which a report lets go first. Thread: any.
  package static func setLogWaiting(_ isWaiting: Bool) {
    ng_crash_set_log_waiting(isWaiting ? 1 : 0)
  }
}
