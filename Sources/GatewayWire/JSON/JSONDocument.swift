import CJansson
import Glibc

/// A JSON text that jansson has read, and the owner of what it made of it.
///
/// Strict: duplicate members, NUL bytes, NUL in a member's name, half surrogate pairs, bytes that
/// are not UTF-8 and anything behind the value are refused. All numbers are read as reals, so that
/// an integer of any size is accepted. A string may have an escaped NUL, which says nothing about
/// whether what it is for may.
/// Thread: one at a time.
package final class JSONDocument {
  private let value: UnsafeMutablePointer<json_t>

  /// Reads one JSON value, of any kind. `bytes` is not kept.
  package init(_ bytes: UnsafeRawBufferPointer) throws(JSONDocumentError) {
    value = try JSONDocument.read(bytes)
  }

  /// Reads one JSON value, of any kind.
  package init(_ bytes: [UInt8]) throws(JSONDocumentError) {
    value = try bytes.withUnsafeBufferPointer { (bytes) throws(JSONDocumentError) in
      try JSONDocument.read(UnsafeRawBufferPointer(bytes))
    }
  }

  /// The value in `bytes`, owned by the caller.
  private static func read(
    _ bytes: UnsafeRawBufferPointer
  ) throws(JSONDocumentError) -> UnsafeMutablePointer<json_t> {
    guard let start = bytes.baseAddress else { throw JSONDocumentError(position: 0) }
    // jansson 2.14 overlooks a NUL byte behind a number or a literal: `[1<NUL>]` is an array to it.
    if let found = memchr(start, 0, bytes.count) {
      throw JSONDocumentError(position: UnsafeRawPointer(found) - start)
    }
    var error = json_error_t()
    let flags = rejectDuplicates | integersAsReals | decodeAny | allowEscapedNUL
    let text = start.assumingMemoryBound(to: CChar.self)
    guard let value = json_loadb(text, bytes.count, flags, &error) else {
      throw JSONDocumentError(position: Int(max(0, error.position)))
    }
    return value
  }

  deinit {
    json_decref(value)
  }

  /// The value itself.
  package var root: JSONNode { JSONNode(document: self, value: value) }

  // The flags of jansson.h, which are macros with casts that Swift does not import.
  private static let rejectDuplicates = 0x1
  private static let decodeAny = 0x4
  private static let integersAsReals = 0x8
  private static let allowEscapedNUL = 0x10
}

/// Where a text stopped being JSON.
package struct JSONDocumentError: Error, Hashable, Sendable {
  /// Bytes from the start, as jansson counts them.
  package let position: Int
}

/// One value inside a document, which it keeps alive.
package struct JSONNode {
  private let document: JSONDocument
  private let value: UnsafeMutablePointer<json_t>

  fileprivate init(document: JSONDocument, value: UnsafeMutablePointer<json_t>) {
    self.document = document
    self.value = value
  }

  package var isObject: Bool { value.pointee.type == JSON_OBJECT }
  package var isNull: Bool { value.pointee.type == JSON_NULL }

  /// The number of members of an object, 0 for any other value.
  package var memberCount: Int { isObject ? json_object_size(value) : 0 }

  /// The member `name` of an object; nil where there is none, and for any other value.
  package subscript(name: String) -> JSONNode? {
    guard isObject, let member = json_object_get(value, name) else { return nil }
    return JSONNode(document: document, value: member)
  }

  /// The text of a string; nil for any other value.
  package var string: String? {
    guard value.pointee.type == JSON_STRING, let start = json_string_value(value) else {
      return nil
    }
    let bytes = UnsafeRawBufferPointer(start: start, count: json_string_length(value))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The value of a number, always finite; nil for any other value.
  package var number: Double? {
    value.pointee.type == JSON_REAL ? json_real_value(value) : nil
  }

  /// The elements of an array; nil for any other value.
  package var elements: [JSONNode]? {
    guard value.pointee.type == JSON_ARRAY else { return nil }
    return (0..<json_array_size(value)).compactMap { index in
      json_array_get(value, index).map { JSONNode(document: document, value: $0) }
    }
  }
}
