package net.alexnet.data;

/// A picture that was left out.
///
/// @param name as its set names it
/// @param reason in a few words
public record RejectedImage(String name, String reason) {}
