namespace SSAH.MLNet.Collections;

/// <summary>Images that are connected by pairs of near codes.</summary>
/// <param name="Images">Two images or more, in the order of their ids. Two of them may be further apart than the radius, through others.</param>
public sealed record ImageGroup(IReadOnlyList<CollectionImage> Images);
