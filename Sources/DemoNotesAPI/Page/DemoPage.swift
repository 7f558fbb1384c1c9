/// The page as it is served: one file that loads nothing.
///
/// Its sources are markup with style, and scripts that become one module: what one of them
/// declares, those behind it use.
enum DemoPage {
  static let html: [UInt8] =
    PackageResources.page_html + Array("<script type=\"module\">\n".utf8)
    + scripts.joined(separator: [newline]) + Array("</script>\n</body>\n</html>\n".utf8)

  private static let newline = UInt8(ascii: "\n")
  private static let scripts = [
    PackageResources.field_js, PackageResources.latency_js, PackageResources.pane_js,
    PackageResources.rest_client_js, PackageResources.listener_js, PackageResources.device_js,
  ]
}
