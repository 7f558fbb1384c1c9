import GatewayWire

/// A copy of a body that is passed on, as it was before it was encoded; as long as neither is
/// larger than `sizeMax`. What is passed on is not touched.
///
/// The bound on what is encoded matters as well: a stream can go on for ever and say nothing.
struct KeptBody {
  private let sizeMax: Int
  /// Nil for a body that comes plain, and for one whose coding is beyond reach.
  private let decoder: ContentDecoder?
  private var codedSize = 0
  /// What could be read of it so far.
  private(set) var beginning: [UInt8] = []
  private var isReadable: Bool
  private var isEmpty = true

  init(_ coding: BodyCoding = .plain, sizeMax: Int) {
    self.sizeMax = sizeMax
    switch coding {
    case .plain: (decoder, isReadable) = (nil, true)
    case .coded(let coding): (decoder, isReadable) = (ContentDecoder(coding), true)
    case .beyondReach: (decoder, isReadable) = (nil, false)
    }
  }

  /// Whether it is known already that what it says will not be known. A body without a byte says
  /// nothing, however that is encoded.
  var isBeyondReach: Bool { !isReadable && !isEmpty }

  /// What it says, if this is all of it; nil when that is beyond reach.
  var whole: [UInt8]? {
    if isEmpty { return [] }
    return isReadable && decoder?.isWhole != false ? beginning : nil
  }

  /// The next bytes, at least one.
  mutating func append(_ piece: UnsafeRawBufferPointer) {
    isEmpty = false
    guard isReadable else { return }
    if let decoder {
      codedSize += min(piece.count, sizeMax + 1 - codedSize)
      isReadable =
        codedSize <= sizeMax
        && decoder.decode(piece, into: &beginning, sizeMax: sizeMax) == .goesOn
    } else {
      let size = min(piece.count, sizeMax - beginning.count)
      beginning.append(contentsOf: piece.prefix(size))
      isReadable = size == piece.count
    }
  }
}
