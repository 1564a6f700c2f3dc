// A web server with one page: the list of notes. POST adds one.
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { addNote, listNotes } from "./notes.js";

createServer(async (request, response) => {
  try {
    if (request.method === "POST") await addNote(await text(request));
    response.setHeader("content-type", "text/html");
    response.end(`<ul>${(await listNotes()).map((note) => `<li>${note}</li>`).join("")}</ul>`);
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
}).listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
