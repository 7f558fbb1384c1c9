/// OpenSSL could not do what was asked: no memory, or no provider with the algorithm. Nothing is
/// known about the token or the message then, so it counts as not genuine.
package struct CryptographyError: Error, Hashable, Sendable, CustomStringConvertible {
  package init() {}

  package var description: String { "OpenSSL failed: out of memory, or an algorithm is turned off" }
}
