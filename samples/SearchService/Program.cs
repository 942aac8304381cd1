using SearchService;

// dotnet run -c Release --project samples/SearchService
//     [-- --Index:Folder=data --Index:File=vectors.pqg --Index:Vectors=vectors.npy --urls=http://127.0.0.1:5080]
await using var server = await SearchServer.CreateAsync(args);
await server.RunAsync();
