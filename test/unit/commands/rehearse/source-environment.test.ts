import { expect, test } from "vitest";
import { withoutSource } from "../../../../src/commands/rehearse/source-environment.ts";
import { directUrl } from "../../../../src/postgres/url.ts";

const URL = "postgres://reader:s3cret%40pw@db.example.com:5432/shop";

test("the environment keeps nothing that leads to the server of a dump", () => {
  const env = {
    MY_PROD_URL: URL,
    COPY_OF_IT: `  ${URL}?sslmode=require`,
    ADMIN_URL: "postgresql://admin:other@db.example.com/shop",
    PROD_PASSWORD: "s3cret@pw",
    DSN: "host=db.example.com password=s3cret@pw",
    JSON_OF_IT: `{"url":"${URL}"}`,
    PATH: "/bin",
    OTHER_URL: "postgres://admin:other@db.example.com:5432/test",
    EMPTY: "",
  };
  expect(Object.keys(withoutSource(env, "MY_PROD_URL", directUrl(URL, "x")))).toEqual(["PATH", "OTHER_URL", "EMPTY"]);
});

test("a password that is the name of the user or database removes no other variable", () => {
  const env = { PROD: "postgres://postgres:postgres@localhost/shop", PGUSER: "postgres", HOME: "/home/postgres" };
  expect(Object.keys(withoutSource(env, "PROD", directUrl(env.PROD, "x")))).toEqual(["PGUSER", "HOME"]);
});
