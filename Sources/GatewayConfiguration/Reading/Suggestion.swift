/// Which of the words that can stand somewhere was meant by one that cannot.
///
/// Case and what separates parts (`-`, `_`, a space) make no difference: `maxConnections` is
/// `max_connections`. Beyond that there may be a slip or two, fewer in short words, or the end may
/// be missing. A long text is no slip of anything, so what is done is bounded.
package enum Suggestion {
  private static let sizeMax = 64
  private static let slipCountMax = 2
  /// Fewer letters begin too many words.
  private static let beginningSizeMin = 3

  /// The one of `words` that `word` was probably meant to be.
  package static func word(for word: String, among words: [String]) -> String? {
    same(as: word, among: words) ?? similar(to: word, among: words)
      ?? begun(by: word, among: words)
  }

  /// The one that is written with other capitals or separators.
  static func same(as word: String, among words: [String]) -> String? {
    guard let letters = letters(of: word) else { return nil }
    return words.first { Suggestion.letters(of: $0) == letters }
  }

  /// The one that is nearest by slips.
  static func similar(to word: String, among words: [String]) -> String? {
    guard let letters = letters(of: word) else { return nil }
    let countMax = min(slipCountMax, letters.count / 3)
    return
      words
      .compactMap { word in
        Suggestion.letters(of: word).map { (word: word, count: slipCount(letters, $0)) }
      }
      .filter { $0.count <= countMax }
      .min { $0.count < $1.count }?
      .word
  }

  /// The only one that begins so.
  private static func begun(by word: String, among words: [String]) -> String? {
    guard let letters = letters(of: word), letters.count >= beginningSizeMin else { return nil }
    let begun = words.filter { Suggestion.letters(of: $0)?.starts(with: letters) ?? false }
    return begun.count == 1 ? begun.first : nil
  }

  /// In lower case and without separators; nil when nothing is left, or too much.
  private static func letters(of word: String) -> [UInt8]? {
    guard word.utf8.count <= sizeMax else { return nil }
    let letters = word.lowercased().utf8.filter { !"-_ ".utf8.contains($0) }
    return letters.isEmpty ? nil : letters
  }

  /// The least number of slips that turn `left` into `right`: a letter missing, too many or wrong,
  /// or two swapped (optimal string alignment, a bound of the distance of Damerau and Levenshtein).
  private static func slipCount(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (i, leftByte) in left.enumerated() {
      var row = [i + 1]
      for (j, rightByte) in right.enumerated() {
        var slips = min(last[j] + (leftByte == rightByte ? 0 : 1), last[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, leftByte == right[j - 1], rightByte == left[i - 1] {
          slips = min(slips, beforeLast[j - 1] + 1)
        }
        row.append(slips)
      }
      (beforeLast, last) = (last, row)
    }
    return last[right.count]
  }
}
