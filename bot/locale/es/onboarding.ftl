# Una tienda camino de los pagos reales.

onboarding-trial =
    .title = { $shop } puede probar Aviso
    .lead = El mundo de pruebas está abierto para { $shop } hasta el { $until }.
    .next = Haga pagos de prueba con la clave que mostró la página y presente su solicitud cuando quiera cobrar dinero real.
onboarding-trial-over =
    .title = La prueba de { $shop } ha terminado
    .lead = El mundo de pruebas estuvo abierto hasta el { $until }. No se pierde nada: los pagos, las claves y los ajustes siguen ahí.
    .next = Presente su solicitud para continuar. A partir de entonces el mundo de pruebas no tiene fin.
onboarding-in-review =
    .title = Hemos recibido la solicitud de { $shop }
    .lead = La estamos revisando. Mientras tanto puede seguir probando.
    .next = No tiene que hacer nada. Le escribiremos cuando se decida.
onboarding-bank-review =
    .title = Hemos aprobado { $shop }
    .lead = Su solicitud está en manos del adquirente, que decide ahora.
    .next = No tiene que hacer nada. Le escribiremos cuando el adquirente haya decidido.
onboarding-declined =
    .title = La solicitud de { $shop } ha sido rechazada
    .lead = Se revisó y se rechazó por el motivo indicado abajo.
    .next = Corrija lo que se indica y vuelva a solicitarlo.
onboarding-contract =
    .title = { $shop } está aprobada
    .lead = El adquirente ha aprobado su solicitud.
    .next = Lea el contrato y acéptelo en la página de la tienda.
onboarding-fee =
    .title = El contrato de { $shop } está aceptado
    .lead = Guardamos cuándo y quién lo aceptó, y el texto tal como era.
    .next = Pague la cuota de conexión si la hay. La tienda estará activa en cuanto se reciba.
onboarding-live =
    .title = { $shop } está activa
    .lead = La tienda puede cobrar dinero real.
    .next = Cree una clave real en la página de la tienda y póngala en lugar de la de prueba.
onboarding-suspended =
    .title = { $shop } está suspendida
    .lead = La tienda no acepta pagos reales por el motivo indicado abajo. Los reembolsos y las liberaciones siguen siendo posibles.
    .next = Escriba a soporte para continuar.
onboarding-closed =
    .title = { $shop } está cerrada
    .lead = La tienda ya no acepta pagos. Lo que cobró todavía se puede reembolsar.
    .next = Si no lo esperaba, escriba a soporte.

onboarding-line-reason = Motivo: { $reason }
onboarding-line-expected = Esperamos volver a escribirle antes del { $until }.
onboarding-line-fee = Cuota de conexión: { $amount }
key-shop = La página de la tienda

stage-trial = de prueba
stage-in-review = nos espera a nosotros
stage-bank-review = espera al adquirente
stage-declined = rechazada
stage-contract = falta aceptar el contrato
stage-fee = falta la cuota
stage-live = activa
stage-suspended = suspendida
stage-closed = cerrada

key-applicant = Ver
staff-applicant-in-review =
    <b>Una tienda presenta su solicitud</b>
    { $shop } · <code>{ $merchant }</code>
    Decidir antes del { $until }.
staff-applicant-bank-review =
    <b>Una tienda espera al adquirente</b>
    { $shop } · <code>{ $merchant }</code>
    Anotar la decisión del adquirente antes del { $until }.
staff-applicant-fee =
    <b>Una tienda ha aceptado el contrato</b>
    { $shop } · <code>{ $merchant }</code>
    Estará activa cuando se anote su cuota de conexión, que se espera antes del { $until }.
staff-applicants-none = Ninguna tienda nos espera.
staff-applicants-title = <b>{ $count }</b> tiendas nos esperan, primero las que más tiempo llevan
staff-applicants-line = { $shop } · { $stage } · desde el { $since }, plazo { $until } · <code>{ $merchant }</code>
staff-applicant =
    <b>{ $shop }</b>
    <code>{ $merchant }</code>
    Etapa: { $stage } desde el { $since }, plazo { $until }
staff-applicant-trial = Puede probar hasta el { $until }
staff-applicant-field = { $label }: { $value }
staff-applicant-signed = Contrato { $version } (SHA-256 { $digest }…) aceptado el { $at }
staff-applicant-fee-paid = Cuota de conexión { $amount }, número { $reference }
staff-applicant-unknown = Ninguna tienda con este id está en camino. Un comercio creado por un operador no tiene solicitud.
staff-applicant-wrong-stage = Esto no sigue de la etapa «{ $stage }». No se hizo nada.
staff-applicant-changed = El estado cambió entretanto. No se hizo nada: vuelva a mirar.
staff-applicant-days = Una prueba se prolonga de 1 a 90 días: /merchant mer_… extend 3 motivo

applicant-company = Empresa
applicant-registration-number = Número de registro
applicant-country = País
applicant-address = Dirección
applicant-site = Sitio
applicant-goods = Vende
applicant-category-code = Código de categoría
applicant-contact-name = Contacto
applicant-contact-email = Correo
applicant-contact-phone = Teléfono
applicant-bank-name = Banco
applicant-bank-account = Cuenta
applicant-bank-code = Código del banco
applicant-acquirer = Adquirente
