@main
struct NotesGateway { static func main() {} }
