using PqGen.Tests.Indexes;

namespace PqGen.Tests.Storage;

/// <content>Files of an index that a factory makes.</content>
internal static partial class Usable
{
    /// <inheritdoc cref="OrRefused(Func{string, VectorIndex}, Func{string, VectorIndex}, TempFolder, byte[])"/>
    public static bool OrRefused(IndexFactory factory, TempFolder folder, byte[] bytes) => OrRefused(factory.Read, factory.Open, folder, bytes);
}
