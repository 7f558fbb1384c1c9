import COpenSSL
import CWebSockets

/// The versions of the libraries that this process runs with, not those that it was built with.
package enum LibraryVersions {
  /// Such as `4.1.6`: Debian's own says more behind it.
  package static var webSockets: String {
    let text = String(cString: ng_server_library_version())
    return String(text.prefix { $0.isNumber || $0 == "." })
  }

  package static var openSSL: String { String(cString: ng_tls_library_version()) }
}
