namespace SSAH.MLNet.VectorData.Records;

/// <summary>A record as the engines see it.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Data">The values of the data properties in the order of the model.</param>
/// <param name="Codes">The packed codes of the vector properties in the order of the model; null where there is none, or where none was asked for.</param>
internal sealed record RecordRow(object Key, object?[] Data, byte[]?[] Codes);

/// <summary>A record that a search found.</summary>
/// <param name="Row">The record.</param>
/// <param name="Distance">Bits in which its code differs from the query's.</param>
internal readonly record struct FoundRow(RecordRow Row, int Distance);
