project = "Harbour"
extensions = ["myst_parser"]
