import GatewayTypes
import Testing

struct ErrorReportTests {
  @Test(arguments: ErrorCode.allCases)
  func `an error without its own text has the code's`(code: ErrorCode) {
    #expect(ErrorReport(code).message == code.defaultMessage)
    #expect(!code.defaultMessage.isEmpty)
    #expect(ErrorReport(code, message: "mine").message == "mine")
  }
}
