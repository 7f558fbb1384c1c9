/// A time as it is written in the configuration: `250ms`, `30s`, `5m`, `24h`.
package enum DurationText {
  /// The time that `text` says, 1 ms to 365 days; nil when it says none.
  package static func parse(_ text: String) -> Duration? {
    let format = ValueFormat<Duration>.duration(
      in: .milliseconds(1) ... .seconds(365 * 24 * 3600))
    do {
      return try format.parse(text)
    } catch {
      return nil
    }
  }
}
