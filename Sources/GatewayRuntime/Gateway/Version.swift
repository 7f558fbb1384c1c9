/// The version of the program, by semver.org.
package enum Version {
  package static let current = "0.1.0"
}
