"""`pulumi-resource-synced-folder`."""

from sandbox.providers.plugin import serve
from sandbox.providers.synced_folder.service import SyncedFolderProvider

if __name__ == "__main__":
    serve(SyncedFolderProvider)
