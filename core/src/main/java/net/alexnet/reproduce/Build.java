package net.alexnet.reproduce;

import module java.base;

/// The program and the machine that a result was computed with.
final class Build {
    private Build() {}

    /// The commit that this program was built from, with `-dirty` if files were changed; `unknown` for a build without Git.
    static String commit() throws IOException {
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

    static String machine(int threads) {
        return System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", Java "
                + Runtime.version().feature()
                + ", " + threads + (threads == 1 ? " thread" : " threads");
    }
}
