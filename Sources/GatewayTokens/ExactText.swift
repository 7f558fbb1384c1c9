extension String {
  /// Whether both texts are the same bytes of UTF-8.
  ///
  /// `==` holds texts for equal that Unicode does (the Kelvin sign is a K, é has two spellings).
  /// What a token says is compared code point by code point: RFC 7519 section 7.3.
  func isExactly(_ other: String) -> Bool {
    utf8.elementsEqual(other.utf8)
  }
}
