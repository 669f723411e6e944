# Las órdenes como las muestran los menús, y cómo usa el equipo las suyas.

command-start = Empezar
command-payments = Mis pagos
command-language = Idioma
command-help = Lo que sé hacer
command-privacy = Qué pasa con sus datos
command-cancel = Dejar lo que estamos haciendo
command-pay = Un pago
command-find = Buscar pagos
command-why = Por qué se decidió así
command-review = Lo que espera una decisión
command-status = Cómo está el sistema
command-refund = Devolver dinero
command-list = Listas de riesgo
command-block = Poner en la lista de bloqueo
command-allow = Poner en la lista de permitidos
command-audit = Quién hizo qué
command-settle = Lo que dice el banco de un mensaje atrasado
command-applications = Tiendas que nos esperan
command-merchant = Una tienda en camino

usage-pay = /pay &lt;id, referencia, pedido o cuatro últimas cifras&gt; – la ficha de un pago
usage-find = /find &lt;correo, referencia, pedido o cuatro últimas cifras&gt; – hasta diez pagos
usage-why = /why &lt;pago&gt; – riesgo y banco, explicados
usage-review = /review – pagos que esperan una decisión
usage-status = /status – colas y base de datos
usage-refund = /refund &lt;pago&gt; [importe] [motivo] – devolver dinero, se pregunta dos veces
usage-list = /list – las listas; /list add &lt;trust, allow, block o gray&gt; &lt;card, email, ip, bin o country&gt; &lt;valor&gt; &lt;motivo&gt;
usage-block = /block &lt;atributo&gt; &lt;valor&gt; [motivo]
usage-allow = /allow &lt;atributo&gt; &lt;valor&gt; [motivo]
usage-audit = /audit [asunto] – las últimas filas del registro
usage-settle = /settle &lt;op_…&gt; &lt;done o failed&gt; &lt;motivo&gt; – anota lo que dice el banco de un mensaje sin resultado
usage-applications = /applications – tiendas que esperan un paso nuestro
usage-merchant = /merchant &lt;mer_…&gt; [approve, decline, fee, suspend, resume, close o extend] [motivo, número de la transferencia, o días y motivo]
