package net.alexnet.reproduce;

import module java.base;

/// The program and the machine that a result was computed with.
final class Build {
    /// A file in a run's folder: what trained it.
    static final String FILE = "build.txt";

    private Build() {}

    /// This program on this machine.
    static String here(int threads) throws IOException {
        return "commit " + commit() + ", " + machine(threads);
    }

    /// The commit that this program was built from, with `-dirty` if files were changed; `unknown` for a build without Git.
    private static String commit() throws IOException {
        try (InputStream in = Build.class.getResourceAsStream("git.properties")) {
            if (in == null) {
                return "unknown";
            }
            Properties git = new Properties();
            git.load(in);
            return git.getProperty("git.commit.id.abbrev", "unknown")
                    + (Boolean.parseBoolean(git.getProperty("git.dirty")) ? "-dirty" : "");
        }
    }

    private static String machine(int threads) {
        return System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", Java "
                + Runtime.version().feature()
                + ", " + threads + (threads == 1 ? " thread" : " threads");
    }
}
