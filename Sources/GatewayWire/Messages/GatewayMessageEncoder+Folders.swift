import GatewayTypes

// Messages about folders: answers, then syncs.
extension JSONOutput {
  mutating func writeFolderCreatedSuccess(
    _ folderData: JSONText, _ time: WallTime, _ requestID: RequestID?
  ) {
    open(type: "folder_created_success")
    member("folderData", json: folderData)
    member("timestamp", number: time.milliseconds)
    close(requestID)
  }

  mutating func writeFolderUpdatedSuccess(
    _ folder: FolderID, _ updatedFolder: JSONText, _ time: WallTime, _ requestID: RequestID?
  ) {
    open(type: "folder_updated_success")
    member("folderId", string: folder.text)
    member("updatedFolder", json: updatedFolder)
    member("timestamp", number: time.milliseconds)
    close(requestID)
  }

  mutating func writeFolderDeletedSuccess(
    _ folder: FolderID, _ time: WallTime, _ requestID: RequestID?
  ) {
    open(type: "folder_deleted_success")
    member("folderId", string: folder.text)
    member("timestamp", number: time.milliseconds)
    close(requestID)
  }

  mutating func writeFolderCreatedSync(_ folderData: JSONText, _ time: WallTime, _ user: UserID) {
    open(type: "folder_created_sync")
    member("folderData", json: folderData)
    member("timestamp", number: time.milliseconds)
    member("fromUserId", string: user.text)
    close()
  }

  mutating func writeFolderUpdatedSync(
    _ folder: FolderID, _ changes: JSONText, _ updatedFolder: JSONText, _ time: WallTime,
    _ user: UserID
  ) {
    open(type: "folder_updated_sync")
    member("folderId", string: folder.text)
    member("changes", json: changes)
    member("updatedFolder", json: updatedFolder)
    member("timestamp", number: time.milliseconds)
    member("fromUserId", string: user.text)
    close()
  }

  mutating func writeFolderDeletedSync(_ folder: FolderID, _ time: WallTime, _ user: UserID) {
    open(type: "folder_deleted_sync")
    member("folderId", string: folder.text)
    member("timestamp", number: time.milliseconds)
    member("fromUserId", string: user.text)
    close()
  }
}
