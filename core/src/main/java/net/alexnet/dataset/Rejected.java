package net.alexnet.dataset;

/// A picture that was left out.
///
/// @param name as its set names it
/// @param reason in a few words
public record Rejected(String name, String reason) {}
