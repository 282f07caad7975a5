package net.alexnet.cli;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/// The version that stands in the program's jar.
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {
            "alexnet "
                    + Objects.requireNonNullElse(
                            Version.class.getPackage().getImplementationVersion(), "(not from a jar)")
                    + ", Java " + Runtime.version()
        };
    }
}
