import CContentCoding

/// What was done to a body before it was sent, as `Content-Encoding` says.
///
/// Source: RFC 9110 section 8.4; RFC 9659 for zstd.
package enum ContentCoding: Hashable, Sendable {
  case gzip
  case deflate
  case brotli
  case zstd

  /// The coding of this name; nil for one that is not known here.
  init?(_ name: ArraySlice<UInt8>) {
    if name.equalsIgnoringCase("gzip") || name.equalsIgnoringCase("x-gzip") {
      self = .gzip
    } else if name.equalsIgnoringCase("deflate") {
      self = .deflate
    } else if name.equalsIgnoringCase("br") {
      self = .brotli
    } else if name.equalsIgnoringCase("zstd") {
      self = .zstd
    } else {
      return nil
    }
  }

  fileprivate var native: ng_content_coding {
    switch self {
    case .gzip: .NG_CODING_GZIP
    case .deflate: .NG_CODING_DEFLATE
    case .brotli: .NG_CODING_BROTLI
    case .zstd: .NG_CODING_ZSTD
    }
  }
}

/// How the body of a head comes.
package enum BodyCoding: Hashable, Sendable {
  case plain
  case coded(ContentCoding)
  /// A coding that is not known here, or more than one.
  case beyondReach

  package init(_ fields: HTTPFields) {
    let names = fields.elements(of: "content-encoding")
      .filter { !$0.equalsIgnoringCase("identity") }
    switch names.count {
    case 0: self = .plain
    case 1: self = names.first.flatMap(ContentCoding.init).map(BodyCoding.coded) ?? .beyondReach
    default: self = .beyondReach
    }
  }
}

/// Takes a coding off one body, piece by piece.
///
/// What it holds is bounded by what each coding may ask for (ng_decoder.h says how much), whatever
/// the body says. Thread: one at a time.
package final class ContentDecoder {
  package enum Step: Hashable, Sendable {
    /// All was taken.
    case goesOn
    /// There is more of it than was allowed.
    case tooLarge
    /// It is not coded so, or not only so.
    case failed
  }

  /// What is decoded at once.
  private static let pieceSize = 16 << 10

  private let pointer: UnsafeMutablePointer<ng_decoder>

  package init(_ coding: ContentCoding) {
    pointer = ng_decoder_new(coding.native)
  }

  deinit {
    ng_decoder_free(pointer)
  }

  /// Whether what was decoded so far is a whole body.
  package var isWhole: Bool { ng_decoder_is_whole(pointer) != 0 }

  /// Decodes the next bytes and puts them behind `body`, which grows up to `sizeMax`. Nothing is to
  /// be decoded after another step than `goesOn`; `body` has the beginning then.
  package func decode(
    _ bytes: UnsafeRawBufferPointer, into body: inout [UInt8], sizeMax: Int
  ) -> Step {
    bytes.withMemoryRebound(to: UInt8.self) { bytes in
      guard var start = bytes.baseAddress else { return .goesOn }
      var size = bytes.count
      while true {
        var taken = 0
        let step = withPiece(of: &body, sizeMax: sizeMax) { output, capacity, written in
          ng_decoder_feed(pointer, start, size, &taken, output, capacity, &written)
        }
        start += taken
        size -= taken
        let isTooLarge = body.count > sizeMax
        if isTooLarge { body.removeLast(body.count - sizeMax) }
        switch step {
        case .NG_DECODER_FAILED: return .failed
        case .NG_DECODER_TAKEN, .NG_DECODER_FULL:
          if isTooLarge { return .tooLarge }
          if step == .NG_DECODER_TAKEN { return .goesOn }
        }
      }
    }
  }

  /// Puts behind `body` what `feed` writes: one byte beyond `sizeMax` at most, which shows that
  /// there is more.
  private func withPiece(
    of body: inout [UInt8], sizeMax: Int,
    _ feed: (UnsafeMutablePointer<UInt8>, Int, inout Int) -> ng_decoder_step
  ) -> ng_decoder_step {
    let capacity = min(ContentDecoder.pieceSize, max(0, sizeMax - body.count) + 1)
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { piece in
      guard let output = piece.baseAddress else { return .NG_DECODER_FAILED }
      var written = 0
      let step = feed(output, capacity, &written)
      body.append(contentsOf: piece.prefix(written))
      return step
    }
  }
}

@available(*, unavailable)
extension ContentDecoder: Sendable {}
