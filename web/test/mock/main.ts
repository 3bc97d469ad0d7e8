// `npm run mock`: the page over a made-up host, to work on it.
import { Mock } from "./server";
import { World } from "./world";

const guests = Number(process.env["GUESTS"] ?? 10_000);
const mock = new Mock(new World(guests, 20, Date.now()), "mock", process.env["DIST"] ?? "dist");
console.log(`${await mock.listen(Number(process.env["PORT"] ?? 8095))}/#token=mock`);
