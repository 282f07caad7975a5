package net.alexnet.inference;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// The file that weights were imported from.
///
/// @param file its name, without folders
/// @param sha256 of all its bytes, in lower-case hexadecimal
/// @param layout how its tensors were named, such as `torchvision`
/// @param license under which it is given away, if known
/// @param address where it is to be had, if known
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Provenance(
        String file,
        String sha256,
        String layout,
        @Nullable String license,
        @Nullable String address) {}
