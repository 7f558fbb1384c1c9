/// The one of `words` that `word` was probably meant to be: equal but for case, or but for one or
/// two slips (a character missing, too many, wrong, or two swapped), fewer in short words.
func suggestion(for word: String, among words: [String]) -> String? {
  let lengthMax = 64
  let written = Array(word.lowercased().utf8)
  guard written.count <= lengthMax else { return nil }
  let slipsMax = min(2, written.count / 3)
  return
    words
    .map { (word: $0, slips: slipCount(written, Array($0.lowercased().utf8))) }
    .filter { $0.slips <= slipsMax }
    .min { $0.slips < $1.slips }?
    .word
}

/// The least number of slips that turn `left` into `right` (optimal string alignment).
private func slipCount(_ left: [UInt8], _ right: [UInt8]) -> Int {
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
