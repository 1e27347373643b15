//! What takes files in: `import`.

use std::path::PathBuf;

use clap::Args;

/// `import`
#[derive(Debug, Args)]
pub struct Import {
    /// Files, folders (every .xml below them, through links too; each folder once) or `-` for standard input.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Move files whose document is in the database into this folder, for a folder that another program fills. Files
    /// written in the last ten seconds are left for the next run.
    #[arg(long, value_name = "DIR")]
    pub taken: Option<PathBuf>,
    /// Move files that are refused into this folder, likewise.
    #[arg(long, value_name = "DIR")]
    pub refused: Option<PathBuf>,
    /// Check the files and show what would be imported.
    #[arg(long)]
    pub dry_run: bool,
}
