internal import COpenSSL

extension HashFunction {
  var native: ng_jose_hash {
    switch self {
    case .sha256: .sha256
    case .sha384: .sha384
    case .sha512: .sha512
    }
  }
}
